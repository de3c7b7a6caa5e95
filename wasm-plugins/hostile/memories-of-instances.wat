;; Has four modules of 20 MiB each: none of them is over the limit, together they are.
;; before: (core module $large (memory (export "large") 320)) (core instance (instantiate $large)) (core instance (instantiate $large)) (core instance (instantiate $large))
;; stops: load memory
(func (export "answer") (param i32 i32) (result i32) (i32.const 1))
