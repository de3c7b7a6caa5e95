;; Never comes back with room for its input.
;; stops: fuel
(func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (loop $again (br $again)) (unreachable))
(func (export "answer") (param i32 i32) (result i32) (i32.const 1))
