;; Refuses with a megabyte of reasons, which are control characters for a terminal.
;; answer: refusal
;; stops: refused size nonsense
(memory (export "memory") 20)
(func (export "answer") (param i32 i32) (result i32) (local $at i32)
  (local.set $at (i32.const 65536))
  (loop $again
    (i32.store (local.get $at) (i32.const 0x4a325b1b))
    (local.set $at (i32.add (local.get $at) (i32.const 4)))
    (br_if $again (i32.lt_u (local.get $at) (i32.const 1065536))))
  (i32.store8 (i32.const 2000) (i32.const 1))
  (i32.store (i32.const 2004) (i32.const 65536)) (i32.store (i32.const 2008) (i32.const 1000000)) (i32.const 2000))
