;; Has a check and no description.
;; stops: load
(component
  (core module $module (func (export "answer") (result i32) (i32.const 1)))
  (core instance $guest (instantiate $module))
  (func $answer (result bool) (canon lift (core func $guest "answer")))
  (export "answer" (func $answer)))
