;; A module that nobody asked for never ends being started, before the guest itself is.
;; before: (core module $first (func $start (loop $again (br $again))) (start $start)) (core instance (instantiate $first))
;; stops: load
(func (export "answer") (param i32 i32) (result i32) (i32.const 1))
