;; Answers yes the first time and no ever after.
;; stops: answers true
(global $asked (mut i32) (i32.const 0))
(func (export "answer") (param i32 i32) (result i32)
  (global.set $asked (i32.add (global.get $asked) (i32.const 1))) (i32.eq (global.get $asked) (i32.const 1)))
