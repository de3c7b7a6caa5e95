;; Divides the least number by minus one.
;; stops: trap
(func (export "answer") (param i32 i32) (result i32) (i32.div_s (i32.const 0x80000000) (i32.sub (i32.xor (local.get 0) (local.get 0)) (i32.const 1))))
