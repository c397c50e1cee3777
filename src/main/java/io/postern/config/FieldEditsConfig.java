package io.postern.config;

import java.util.List;
import java.util.Map;

/** What is changed about the fields of a head. */
public record FieldEditsConfig(
    Place place,
    @Default("{}")
        @ByFieldName
        @Doc(
            "By field name the value that it gets, in place of all that there were; where none of the variables in it is known, it is only removed.")
        Map<String, Template> set,
    @Default("{}")
        @ByFieldName
        @Doc(
            "By field name a value that it gets beside those that there are; where none of the variables in it is known, nothing is added.")
        Map<String, Template> add,
    @Default("[]")
        @Matches(regex = SectionShape.TOKEN, expected = "a field name")
        @Doc("Names of fields that are taken out.")
        List<String> remove) {}
