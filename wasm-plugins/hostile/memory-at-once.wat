;; Declares 4 GB that it has from the start.
;; stops: load
(memory (export "memory") 65536)
(func (export "answer") (param i32 i32) (result i32) (i32.const 1))
