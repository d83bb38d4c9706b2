//! The few JavaScript functions that plain objects are read and made with.

#[allow(unused_imports)]
use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    type Object;
    #[wasm_bindgen(constructor)]
    fn new() -> Object;

    #[wasm_bindgen(js_namespace = Array, js_name = of)]
    fn array_of() -> JsValue;

    #[wasm_bindgen(js_namespace = Reflect, js_name = get)]
    fn reflect_get(target: &JsValue, key: &str) -> JsValue;
    #[wasm_bindgen(js_namespace = Reflect, js_name = get)]
    fn reflect_get_at(target: &JsValue, index: u32) -> JsValue;
    #[wasm_bindgen(js_namespace = Reflect, js_name = ownKeys)]
    fn reflect_keys(target: &JsValue) -> JsValue;

    #[wasm_bindgen(js_namespace = Reflect, js_name = set)]
    fn set_value(target: &JsValue, key: &str, value: &JsValue) -> bool;
    #[wasm_bindgen(js_namespace = Reflect, js_name = set)]
    fn set_text(target: &JsValue, key: &str, value: &str) -> bool;
    #[wasm_bindgen(js_namespace = Reflect, js_name = set)]
    fn set_number(target: &JsValue, key: &str, value: f64) -> bool;
    #[wasm_bindgen(js_namespace = Reflect, js_name = set)]
    fn set_flag(target: &JsValue, key: &str, value: bool) -> bool;
    #[wasm_bindgen(js_namespace = Reflect, js_name = set)]
    fn set_at(target: &JsValue, index: u32, value: &JsValue) -> bool;

    #[wasm_bindgen(js_namespace = JSON, js_name = stringify)]
    pub(crate) fn stringify(value: &JsValue) -> JsValue;
    /// Throws where the text is not JSON.
    #[wasm_bindgen(js_namespace = JSON, js_name = parse)]
    pub(crate) fn parse(text: &str) -> JsValue;
}

/// A plain object in the making.
pub(crate) struct Out(JsValue);

impl Out {
    pub(crate) fn new() -> Self {
        Out(Object::new().into())
    }

    pub(crate) fn of_type(name: &str) -> Self {
        Out::new().text("type", name)
    }

    pub(crate) fn text(self, key: &str, value: &str) -> Self {
        set_text(&self.0, key, value);
        self
    }

    pub(crate) fn number(self, key: &str, value: impl Into<f64>) -> Self {
        set_number(&self.0, key, value.into());
        self
    }

    pub(crate) fn flag(self, key: &str, value: bool) -> Self {
        set_flag(&self.0, key, value);
        self
    }

    pub(crate) fn value(self, key: &str, value: &JsValue) -> Self {
        set_value(&self.0, key, value);
        self
    }

    pub(crate) fn text_if(self, key: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(key, value),
            None => self,
        }
    }

    /// As JSON has it: `null` rather than nothing.
    pub(crate) fn text_or_null(self, key: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(key, value),
            None => self.value(key, &JsValue::NULL),
        }
    }

    pub(crate) fn done(self) -> JsValue {
        self.0
    }
}

pub(crate) fn array(items: impl IntoIterator<Item = JsValue>) -> JsValue {
    let array = array_of();
    for (index, item) in (0..).zip(items) {
        set_at(&array, index, &item);
    }
    array
}

/// `undefined` where there is no such field, or no object.
pub(crate) fn get(object: &JsValue, key: &str) -> JsValue {
    if object.is_object() { reflect_get(object, key) } else { JsValue::UNDEFINED }
}

pub(crate) fn text(object: &JsValue, key: &str) -> Option<String> {
    get(object, key).as_string()
}

/// Empty where it is missing.
pub(crate) fn text_or_empty(object: &JsValue, key: &str) -> String {
    text(object, key).unwrap_or_default()
}

pub(crate) fn number(object: &JsValue, key: &str) -> Option<f64> {
    get(object, key).as_f64()
}

/// The items of an array; none of anything else.
pub(crate) fn items(array: &JsValue) -> impl Iterator<Item = JsValue> {
    let length = number(array, "length").unwrap_or(0.0) as u32;
    (0..length).map(|index| reflect_get_at(array, index))
}

/// The names of an object's fields.
pub(crate) fn keys(object: &JsValue) -> impl Iterator<Item = String> {
    let keys = if object.is_object() { reflect_keys(object) } else { JsValue::UNDEFINED };
    items(&keys).filter_map(|key| key.as_string()).collect::<Vec<_>>().into_iter()
}
