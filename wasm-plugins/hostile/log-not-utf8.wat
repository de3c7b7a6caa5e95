;; Writes a line of the log that is not UTF-8.
;; stops: trap nonsense
(import "host" "log" (func $log (param i32 i32)))
(data (i32.const 3000) "\c3\28\ff")
(func (export "answer") (param i32 i32) (result i32) (call $log (i32.const 3000) (i32.const 3)) (i32.const 1))
