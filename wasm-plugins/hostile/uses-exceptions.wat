;; Throws what nobody catches.
;; stops: load
(tag $thrown)
(func (export "answer") (param i32 i32) (result i32) (throw $thrown))
