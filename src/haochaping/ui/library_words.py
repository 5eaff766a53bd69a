"""Sentences of the libraries that our forms are made with, as ids of our catalogue, which is read before theirs.

Their Chinese is that of a programmer (“选择一个有效的选项”); here it is that of an office, and says what to do.
"""

from __future__ import annotations

from haochaping.kernel.refused import N_

FORMS = (
    N_("This field is required."),
    N_("Select a valid choice. %(value)s is not one of the available choices."),
    N_("Enter a list of values."),
    N_("Enter a valid date."),
    N_("Enter a valid email address."),
    N_("Enter a valid UUID."),
    N_("Enter a whole number."),
    N_("Ensure this value is greater than or equal to %(limit_value)s."),
    N_("Ensure this value is less than or equal to %(limit_value)s."),
    N_("Null characters are not allowed."),
    N_("No file was submitted."),
    N_("No file was submitted. Check the encoding type on the form."),
    N_("The submitted file is empty."),
)
SIGN_IN = (
    N_("The username and/or password you specified are not correct."),
    N_("Incorrect password."),
    N_("Please type your current password."),
    N_("You must type the same password each time."),
    N_("This password is too common."),
    N_("The password is too similar to the %(verbose_name)s."),
    N_("Username"),
    N_("Current Password"),
    N_("New Password"),
    N_("New Password (again)"),
)
LIBRARY = FORMS + SIGN_IN
