;; Answers, and never ends cleaning up after it.
;; post: cabi_post_answer
;; stops: fuel
(func (export "answer") (param i32 i32) (result i32) (i32.const 1))
(func (export "cabi_post_answer") (param i32) (loop $again (br $again)))
