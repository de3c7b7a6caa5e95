;; Fills a table, again and again.
;; stops: fuel
(table $table 10000 funcref)
(func (export "answer") (param i32 i32) (result i32)
  (loop $again (table.fill $table (i32.const 0) (ref.null func) (i32.const 10000)) (br $again)) (unreachable))
