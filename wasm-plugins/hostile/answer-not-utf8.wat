;; Answers a text that is not UTF-8: a surrogate, and half a character.
;; answer: string
;; stops: trap nonsense
(data (i32.const 3000) "ab\ed\a0\80\c3")
(func (export "answer") (param i32 i32) (result i32)
  (i32.store (i32.const 2000) (i32.const 3000)) (i32.store (i32.const 2004) (i32.const 6)) (i32.const 2000))
