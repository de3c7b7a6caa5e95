;; Calls a function as if it were of another type.
;; stops: trap
(type $call (func (result i32))) (table 1 funcref) (elem (i32.const 0) $other)
(func $other (param i64))
(func (export "answer") (param i32 i32) (result i32) (call_indirect (type $call) (i32.const 0)))
