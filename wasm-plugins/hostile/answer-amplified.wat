;; Answers a set of a million texts of 16 MB, all of them the same bytes: 16 TB out of 24 MB.
;; answer: texts
;; stops: size fuel
(memory (export "memory") 400)
(func (export "answer") (param i32 i32) (result i32) (local $at i32)
  (local.set $at (i32.const 17000000))
  (loop $again
    (i32.store (local.get $at) (i32.const 65536))
    (i32.store offset=4 (local.get $at) (i32.const 16000000))
    (local.set $at (i32.add (local.get $at) (i32.const 8)))
    (br_if $again (i32.lt_u (local.get $at) (i32.const 25000000))))
  (i32.store (i32.const 2000) (i32.const 17000000)) (i32.store (i32.const 2004) (i32.const 1000000)) (i32.const 2000))
