;; Has a hundred memories.
;; stops: load
(memory (export "memory") 1)
(memory 1) (memory 1) (memory 1) (memory 1) (memory 1) (memory 1) (memory 1) (memory 1) (memory 1) (memory 1)
(func (export "answer") (param i32 i32) (result i32) (i32.const 1))
