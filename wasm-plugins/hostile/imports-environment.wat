;; Imports the environment of WASI.
;; before: (import "wasi:cli/environment@0.2.0" (instance (export "get-environment" (func (result (list (tuple string string)))))))
;; stops: load
(func (export "answer") (param i32 i32) (result i32) (i32.const 1))
