;; Answers yes where nobody has written into its memory before.
;; stops: answers true
(memory (export "memory") 20)
(func (export "answer") (param i32 i32) (result i32) (local $before i32)
  (local.set $before (i32.or (i32.load (i32.const 4000)) (i32.load (i32.const 1300000))))
  (i32.store (i32.const 4000) (i32.const 1)) (i32.store (i32.const 1300000) (i32.const 1)) (i32.eqz (local.get $before)))
