;; Has a description that answers a number.
;; stops: load
(component
  (core module $module (func (export "describe") (result i32) (i32.const 1)))
  (core instance $guest (instantiate $module))
  (func $describe (result u32) (canon lift (core func $guest "describe")))
  (instance $described (export "describe" (func $describe)))
  (export "changegate:plugin/description@1.0.0" (instance $described)))
