;; Answers by a function of its table, and puts another there.
;; stops: answers true
(type $call (func (result i32))) (table $table 2 funcref) (elem (i32.const 0) $yes $no)
(func $yes (result i32) (i32.const 1)) (func $no (result i32) (i32.const 0))
(func (export "answer") (param i32 i32) (result i32)
  (call_indirect (type $call) (i32.const 0)) (table.set $table (i32.const 0) (table.get $table (i32.const 1))))
