;; Has a name that clears the screen.
;; name: \1b[2Jgood
;; stops: load
(func (export "answer") (param i32 i32) (result i32) (i32.const 1))
