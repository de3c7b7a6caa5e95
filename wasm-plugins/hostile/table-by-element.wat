;; Asks for one element more, for ever.
;; stops: table
(table $table 1 funcref)
(func (export "answer") (param i32 i32) (result i32)
  (loop $again (drop (table.grow $table (ref.null func) (i32.const 1))) (br $again)) (unreachable))
