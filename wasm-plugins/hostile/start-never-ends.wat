;; Never ends being started.
;; stops: load
(func $start (loop $again (br $again))) (start $start)
(func (export "answer") (param i32 i32) (result i32) (i32.const 1))
