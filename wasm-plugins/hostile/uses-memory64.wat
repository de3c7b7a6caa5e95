;; Has a memory of 64-bit addresses beside the other.
;; stops: load
(memory (export "memory") 1) (memory $large i64 1)
(func (export "answer") (param i32 i32) (result i32) (i32.load $large (i64.const 0)))
