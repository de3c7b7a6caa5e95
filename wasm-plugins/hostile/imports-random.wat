;; Imports the randomness of WASI.
;; before: (import "wasi:random/random@0.2.0" (instance (export "get-random-u64" (func (result u64)))))
;; stops: load
(func (export "answer") (param i32 i32) (result i32) (i32.const 1))
