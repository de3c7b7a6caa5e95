use super::recognised;

#[test]
fn forms_are_told_by_their_beginning() {
    for (text, form) in [
        (
            "\u{feff}<?xml version=\"1.0\"?>\n<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\"/>",
            Some("CycloneDX as XML"),
        ),
        ("<rdf:RDF xmlns:spdx=\"http://spdx.org/rdf/terms#\">", Some("SPDX as RDF/XML")),
        ("# a comment\nSPDXVersion: SPDX-2.3\n", Some("SPDX in tag-value form")),
        ("{\"@context\": \"https://spdx.org/rdf/3.0.1/spdx-context.jsonld\"}", Some("SPDX 3")),
        ("{\"spdxVersion\": \"SPDX-2.3\"}", None),
        ("{\"note\": \"\nSPDXVersion: x\"}", None),
        ("<a/>", None),
        ("", None),
    ] {
        assert_eq!(recognised(text.as_bytes()).map(|foreign| foreign.form), form, "{text}");
    }
}
