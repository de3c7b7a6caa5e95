;; Says that its check answers something that is no type.
;; signature: answer(text: string) -> set<set<set<
;; stops: load
(func (export "answer") (param i32 i32) (result i32) (i32.const 1))
