;; Answers a set of two thousand million texts.
;; answer: texts
;; stops: trap nonsense size
(func (export "answer") (param i32 i32) (result i32)
  (i32.store (i32.const 2000) (i32.const 0)) (i32.store (i32.const 2004) (i32.const 0x7fffffff)) (i32.const 2000))
