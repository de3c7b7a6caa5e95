;; Reads far beyond its memory, at an address that does not fit 32 bits.
;; stops: trap
(func (export "answer") (param i32 i32) (result i32) (i32.load offset=0xfffffff0 (i32.const -4)))
