;; A function that calls itself by a table, each time with many values kept.
;; stops: stack
(type $deeper (func (param i64 i64 i64 i64) (result i64)))
(table 1 funcref) (elem (i32.const 0) $deeper)
(func $deeper (type $deeper)
  (i64.add (local.get 3) (i64.mul (local.get 2) (call_indirect (type $deeper)
    (local.get 3) (local.get 2) (i64.add (local.get 1) (i64.const 3)) (i64.xor (local.get 0) (i64.const 7)) (i32.const 0)))))
(func (export "answer") (param i32 i32) (result i32) (i32.wrap_i64 (call $deeper (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4))))
