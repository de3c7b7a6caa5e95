;; Multiplies and adds as the machine likes it.
;; stops: load
(func (export "answer") (param i32 i32) (result i32)
  (i32x4.extract_lane 0 (f32x4.relaxed_madd (v128.const f32x4 1 1 1 1) (v128.const f32x4 1 1 1 1) (v128.const f32x4 1 1 1 1))))
