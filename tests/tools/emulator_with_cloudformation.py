"""Runs the emulator with a CloudFormation that can create secrets.

The emulator's CloudFormation does not know AWS::SecretsManager::Secret. It is added here, with the emulator's own Secrets
Manager behind it: what is stored, and how a password is generated, is the emulator's doing.
"""

import json
import pathlib
import runpy

from moto.core.common_models import CloudFormationModel
from moto.secretsmanager.models import secretsmanager_backends


class Secret(CloudFormationModel):
    # The emulator groups models by module name.
    __module__ = "moto.secretsmanager.cloudformation"

    def __init__(self, arn):
        self.arn = arn

    @property
    def physical_resource_id(self):
        # `Ref` returns the ARN:
        # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
        return self.arn

    @staticmethod
    def cloudformation_name_type():
        return "Name"

    @staticmethod
    def cloudformation_type():
        return "AWS::SecretsManager::Secret"

    @classmethod
    def has_cfn_attr(cls, attr):
        return attr == "Id"

    def get_cfn_attribute(self, attribute_name):
        return self.arn

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        backend = secretsmanager_backends[account_id][region_name]
        properties = cloudformation_json["Properties"]
        text = properties.get("SecretString")
        if "GenerateSecretString" in properties:
            text = cls.generate(backend, properties["GenerateSecretString"])
        created = backend.create_secret(
            name=resource_name,
            secret_string=text,
            secret_binary=None,
            description=properties.get("Description"),
            tags=properties.get("Tags"),
            kms_key_id=properties.get("KmsKeyId"),
            client_request_token=None,
            replica_regions=[],
            force_overwrite=False,
        )
        return cls(json.loads(created)["ARN"])

    @staticmethod
    def generate(backend, how):
        known = {"SecretStringTemplate", "GenerateStringKey", "PasswordLength", "ExcludeCharacters", "ExcludePunctuation"}
        if not known.issuperset(how):
            raise ValueError(f"not emulated: {set(how) - known}")
        generated = backend.get_random_password(
            password_length=how.get("PasswordLength", 32),
            exclude_characters=how.get("ExcludeCharacters", ""),
            exclude_numbers=False,
            exclude_punctuation=how.get("ExcludePunctuation", False),
            exclude_uppercase=False,
            exclude_lowercase=False,
            include_space=False,
            require_each_included_type=True,
        )
        password = json.loads(generated)["RandomPassword"]
        if "SecretStringTemplate" not in how:
            return password
        return json.dumps({**json.loads(how["SecretStringTemplate"]), how["GenerateStringKey"]: password})

    @classmethod
    def delete_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name):
        backend = secretsmanager_backends[account_id][region_name]
        backend.delete_secret(resource_name, None, force_delete_without_recovery=True)

    def is_created(self):
        return True


runpy.run_path(str(pathlib.Path(__file__).parent / "emulator.py"))
