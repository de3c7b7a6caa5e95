;; Has a check that takes a handle to something of its own.
;; stops: load
(component
  (type $thing-own (resource (rep i32)))
  (export $thing "thing" (type $thing-own))
  (core module $module (func (export "answer") (param i32) (result i32) (i32.const 1)))
  (core instance $guest (instantiate $module))
  (func $answer (param "thing" (own $thing)) (result bool) (canon lift (core func $guest "answer")))
  (export "answer" (func $answer)))
