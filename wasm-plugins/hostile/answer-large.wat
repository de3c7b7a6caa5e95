;; Answers a text of 20 MB, all of it there.
;; answer: string
;; stops: size
(memory (export "memory") 400)
(func (export "answer") (param i32 i32) (result i32)
  (i32.store (i32.const 2000) (i32.const 4096)) (i32.store (i32.const 2004) (i32.const 20000000)) (i32.const 2000))
