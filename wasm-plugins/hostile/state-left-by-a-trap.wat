;; Traps, having written; where what it wrote is still there, it answers.
;; stops: trap
(global $asked (mut i32) (i32.const 0))
(func (export "answer") (param i32 i32) (result i32)
  (if (global.get $asked) (then (return (i32.const 1)))) (global.set $asked (i32.const 1)) (unreachable))
