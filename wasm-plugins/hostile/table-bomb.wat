;; Asks for a table of four thousand million elements.
;; stops: table
(table $table 1 funcref)
(func (export "answer") (param i32 i32) (result i32) (drop (table.grow $table (ref.null func) (i32.const -2))) (i32.const 1))
