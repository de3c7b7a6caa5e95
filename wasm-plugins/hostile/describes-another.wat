;; Says that its check takes a number and answers a date, and exports one that takes a text and answers yes or no.
;; signature: answer(text: number) -> date
;; stops: load
(func (export "answer") (param i32 i32) (result i32) (i32.const 1))
