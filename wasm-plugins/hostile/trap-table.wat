;; Calls an element beyond its table.
;; stops: trap
(type $call (func (result i32))) (table 1 funcref)
(func (export "answer") (param i32 i32) (result i32) (call_indirect (type $call) (i32.const 100000)))
