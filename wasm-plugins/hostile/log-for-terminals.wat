;; Writes what clears a terminal and looks like another answer.
;; stops: answers true
(import "host" "log" (func $log (param i32 i32)))
(data (i32.const 3000) "\1b[2J\1b[1;1H\0d\0averdict permit\07\e2\80\ae")
(func (export "answer") (param i32 i32) (result i32) (call $log (i32.const 3000) (i32.const 30)) (i32.const 1))
