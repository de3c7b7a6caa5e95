;; Imports the clock of WASI.
;; before: (import "wasi:clocks/wall-clock@0.2.0" (instance (type $t (record (field "seconds" u64) (field "nanoseconds" u32))) (export "datetime" (type $d (eq $t))) (export "now" (func (result $d)))))
;; stops: load
(func (export "answer") (param i32 i32) (result i32) (i32.const 1))
