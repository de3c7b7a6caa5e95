;; Answers yes where what is no number has the bits that the standard names, whichever way it came about: machines differ.
;; stops: answers true
(func $canonical (param f64) (result i32) (i64.eq (i64.reinterpret_f64 (local.get 0)) (i64.const 0x7ff8000000000000)))
(func (export "answer") (param i32 i32) (result i32) (local $zero f64)
  (local.set $zero (f64.convert_i32_u (i32.xor (local.get 0) (local.get 0))))
  (i32.and
    (i32.and (call $canonical (f64.div (local.get $zero) (local.get $zero))) (call $canonical (f64.sqrt (f64.sub (local.get $zero) (f64.const 1)))))
    (call $canonical (f64.add (f64.reinterpret_i64 (i64.const 0xfff8000000000123)) (f64.convert_i32_u (local.get 1))))))
