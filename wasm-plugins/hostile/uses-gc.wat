;; Makes objects for a collector, for ever.
;; stops: load
(type $array (array (mut i64)))
(func (export "answer") (param i32 i32) (result i32)
  (loop $again (drop (array.new_default $array (i32.const 100000))) (br $again)) (unreachable))
