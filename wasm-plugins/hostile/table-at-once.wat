;; Declares a table of a hundred million elements.
;; stops: load
(table 100000000 funcref)
(func (export "answer") (param i32 i32) (result i32) (i32.const 1))
