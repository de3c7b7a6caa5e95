;; Imports the log as if it answered.
;; before: (import "changegate:plugin/host@1.0.0" (instance (export "log" (func (param "message" string) (result string)))))
;; stops: load
(func (export "answer") (param i32 i32) (result i32) (i32.const 1))
