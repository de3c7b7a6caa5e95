;; Has a name that is not UTF-8.
;; stops: load
(data (i32.const 1900) "\ff\fe\fd")
(data (i32.const 2000) "\6c\07\00\00\03\00\00\00\6c\07\00\00\03\00\00\00\00\00\00\00\00\00\00\00")
(func (export "describe") (result i32) (i32.const 2000))
(func (export "answer") (param i32 i32) (result i32) (i32.const 1))
