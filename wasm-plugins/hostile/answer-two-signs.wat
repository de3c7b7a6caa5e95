;; Answers a decimal of one whole and minus a half.
;; answer: decimal
;; stops: nonsense
(func (export "answer") (param i32 i32) (result i32)
  (i64.store (i32.const 2000) (i64.const 1)) (i32.store (i32.const 2008) (i32.const -500000000)) (i32.const 2000))
