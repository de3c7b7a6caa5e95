;; Copies data that it has given up.
;; stops: trap
(data $data "gone")
(func (export "answer") (param i32 i32) (result i32) (data.drop $data) (memory.init $data (i32.const 0) (i32.const 0) (i32.const 4)) (i32.const 1))
