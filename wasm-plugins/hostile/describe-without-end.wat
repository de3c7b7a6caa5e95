;; Describes two hundred million checks.
;; stops: load
(data (i32.const 2000) "\10\00\00\00\01\00\00\00\10\00\00\00\01\00\00\00\00\00\00\00\ff\ff\ff\0f")
(func (export "describe") (result i32) (i32.const 2000))
(func (export "answer") (param i32 i32) (result i32) (i32.const 1))
