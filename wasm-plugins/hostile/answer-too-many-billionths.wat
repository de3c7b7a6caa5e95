;; Answers a decimal of two thousand million billionths.
;; answer: decimal
;; stops: nonsense
(func (export "answer") (param i32 i32) (result i32)
  (i64.store (i32.const 2000) (i64.const 0)) (i32.store (i32.const 2008) (i32.const 2000000000)) (i32.const 2000))
