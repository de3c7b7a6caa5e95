;; A loop without an end.
;; stops: fuel
(func (export "answer") (param i32 i32) (result i32) (loop $again (br $again)) (unreachable))
